// Each key is a hash: `value`, or `lease`, or a field for each fence that is up and `newest`, the fence that may leave a
// value. A script is carried out whole, with nothing between its commands.

/** KEYS: the key. ARGV: a new lease, its milliseconds. */
export const READ = `
local value = redis.call('HGET', KEYS[1], 'value')
if value then return {'hit', value} end
if redis.call('HEXISTS', KEYS[1], 'newest') == 1 then return {'fenced', ''} end
redis.call('HSET', KEYS[1], 'lease', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'miss', ARGV[1]}`;

/** KEYS: the key. ARGV: the lease, the value, its milliseconds. */
export const FILL = `
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** KEYS: the key. ARGV: a new fence, its milliseconds. */
export const FENCE = `
redis.call('HDEL', KEYS[1], 'value', 'lease')
redis.call('HSET', KEYS[1], 'newest', ARGV[1], 'fence:' .. ARGV[1], '1')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** KEYS: the key. ARGV: the fence, the milliseconds of a value, and the value where there is one. */
export const RELEASE = `
local held = redis.call('HDEL', KEYS[1], 'fence:' .. ARGV[1])
local newest = redis.call('HGET', KEYS[1], 'newest')
if newest and redis.call('HLEN', KEYS[1]) > 1 then
  redis.call('HSET', KEYS[1], 'newest', '')
  return 0
end
redis.call('DEL', KEYS[1])
if held == 0 or newest ~= ARGV[1] or not ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

import { expect, it } from 'vitest';
import {
  appHostEnvironment,
  commandEnvironment,
  hostEnvironment,
} from '../../../../local/process/environment.ts';
import { makeBench } from './support.ts';

const HOST = {
  PATH: '/app/node_modules/.bin:/x/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin::/usr/bin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/root',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  PIP_INDEX_URL: 'https://pip.example',
  npm_config_registry: 'https://npm.example',
  npm_config_prefix: '/app',
  npm_package_name: 'branchline',
  GOPROXY: 'https://go.example',
  https_proxy: 'http://proxy',
  BRANCHLINE_HOME: '/secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  GITHUB_TOKEN: 'secret',
};

it('passes builds an allow-list, and PATH without our own programs', () => {
  expect(hostEnvironment(HOST)).toEqual({
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    PIP_INDEX_URL: 'https://pip.example',
    npm_config_registry: 'https://npm.example',
    GOPROXY: 'https://go.example',
    https_proxy: 'http://proxy',
  });
});

it('passes apps less', () => {
  expect(Object.keys(appHostEnvironment(HOST)).toSorted()).toEqual([
    'LANG',
    'NODE_EXTRA_CA_CERTS',
    'PATH',
    'TZ',
  ]);
});

it('drops variables of the platform and the cloud account, and refuses what is no name', () => {
  expect(commandEnvironment({ A: '1', BRANCHLINE_HOME: '/x', AWS_REGION: 'x', aws_profile: 'x' })).toEqual({
    A: '1',
  });
  expect(() => commandEnvironment({ 'A B': '1' })).toThrow('"A B" is not a name');
  expect(() => commandEnvironment({ 'A=$(id)': '1' })).toThrow('is not a name');
  expect(() => commandEnvironment({ A: 'x\0y' })).toThrow('NUL');
});

it('gives a command exactly its environment, whatever the values hold', async () => {
  const bench = await makeBench();
  const environment = {
    PATH: '/usr/bin:/bin',
    QUOTES: `'"\`$(echo no) $HOME \\n %s`,
    LINES: 'one\ntwo\n',
    EMPTY: '',
    IFS: 'x',
    lower: '1',
    BRANCHLINE_HOME: '/secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const { text } = await bench.finish(
    { kind: 'exec', argv: [process.execPath, '-p', 'JSON.stringify(process.env)'] },
    { environment },
  );
  const { BRANCHLINE_HOME: _home, AWS_SECRET_ACCESS_KEY: _key, ...expected } = environment;
  // A shell adds where it is and how deep it is nested.
  const { PWD: _pwd, OLDPWD: _oldpwd, SHLVL: _shlvl, _: _last, ...seen } = JSON.parse(text);
  expect(seen).toEqual(expected);
});

it('passes arguments as they are, and gives a shell its script', async () => {
  const bench = await makeBench();
  const argv = ['$HOME', '', '--', 'a b', '*', "'"];
  const { text } = await bench.finish({
    kind: 'exec',
    argv: [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...argv],
  });
  expect(JSON.parse(text)).toEqual(argv);
  expect((await bench.finish('echo $((1+1)) | tr 2 3')).text).toBe('3');
});

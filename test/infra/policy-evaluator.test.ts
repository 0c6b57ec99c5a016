import { describe, expect, test } from 'vitest';
import { isAllowed, type Statement } from './support/policy/evaluate.ts';

const allow = (Condition: NonNullable<Statement['Condition']> = {}): Statement => ({
  Effect: 'Allow',
  Action: ['s3:Get*'],
  Resource: 'arn:bucket/*',
  Condition,
});
const ask = (statements: Statement[], context = {}) =>
  isAllowed(statements, { action: 's3:GetObject', resource: 'arn:bucket/key', context });

describe('the policy evaluator', () => {
  test('denies what nothing allows', () => {
    expect(ask([])).toBe(false);
    expect(isAllowed([allow()], { action: 's3:PutObject', resource: 'arn:bucket/key' })).toBe(false);
    expect(isAllowed([allow()], { action: 's3:GetObject', resource: 'arn:other/key' })).toBe(false);
  });

  test('lets a denial win', () => {
    expect(ask([allow()])).toBe(true);
    expect(ask([allow(), { ...allow(), Effect: 'Deny' }])).toBe(false);
  });

  test('takes an absent key as IAM does', () => {
    expect(ask([allow({ StringEquals: { k: 'v' } })])).toBe(false);
    expect(ask([allow({ 'ForAllValues:StringEquals': { k: ['v'] } })])).toBe(true);
    expect(ask([allow({ 'ForAllValues:StringEquals': { k: ['v'] }, Null: { k: 'false' } })])).toBe(false);
    expect(ask([allow({ Null: { k: 'true' } })])).toBe(true);
    expect(ask([allow({ StringLike: { k: '$'.concat('{absent}*') } })], { k: 'x' })).toBe(false);
  });

  test('compares every value of ForAllValues, and text exactly', () => {
    const condition = { 'ForAllValues:StringLike': { k: ['a', 'a#*'] } };
    expect(ask([allow(condition)], { k: ['a', 'a#1'] })).toBe(true);
    expect(ask([allow(condition)], { k: ['a', 'b'] })).toBe(false);
    expect(ask([allow({ StringEquals: { k: 'a*' } })], { k: 'ab' })).toBe(false);
    expect(ask([allow({ StringLike: { k: 'a.c' } })], { k: 'abc' })).toBe(false);
  });

  test('takes a negation as IAM does: it holds of an absent key, and of none of its values', () => {
    const condition = { StringNotEquals: { k: ['a', 'b'] } };
    expect(ask([allow(condition)])).toBe(true);
    expect(ask([allow(condition)], { k: 'c' })).toBe(true);
    expect(ask([allow(condition)], { k: 'b' })).toBe(false);
  });

  test('refuses to guess', () => {
    expect(() => ask([allow({ DateGreaterThan: { k: '1' } })], { k: '2' })).toThrow('DateGreaterThan');
    expect(() => ask([{ ...allow(), NotAction: 's3:*' } as Statement])).toThrow('NotAction');
  });
});

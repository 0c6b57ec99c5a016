import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../../src/domain/builds/index.ts';
import type { ComputeProvider, ReleaseSpec, RolloutProgress } from '../../../src/domain/deployments/index.ts';

/** How an app of the contract behaves. */
export type ContractApp = 'serves' | 'exits' | 'silent';

/** A provider with what the contract needs to know of the world behind it. */
export interface ComputeUnderTest {
  readonly provider: ComputeProvider;
  /** The numbered deployment of one service of the project; another tenant's project when that is said. */
  spec(number: number, app: ContractApp, whose?: 'own' | 'other'): Promise<ReleaseSpec>;
  /** The deployment that a service's traffic goes to once all has settled; null when there is none. */
  serving(spec: ReleaseSpec): Promise<string | null>;
  /** How many copies of apps and commands run, once all has settled. */
  running(): Promise<number>;
  remove(): Promise<void>;
}

const shell = (script: string): Command => ({ kind: 'shell', script });

/** What every compute provider has to do. */
export function computeContract(name: string, create: () => Promise<ComputeUnderTest>): void {
  describe(`compute: ${name}`, () => {
    let under: ComputeUnderTest;
    let compute: ComputeProvider;

    beforeEach(async () => {
      under = await create();
      compute = under.provider;
    });
    afterEach(() => under.remove());

    const settle = async (spec: ReleaseSpec): Promise<RolloutProgress> => {
      for (;;) {
        const progress = await compute.progress(spec.deployment_id);
        if (progress.state !== 'pending') return progress;
      }
    };
    const deploy = async (spec: ReleaseSpec): Promise<void> => {
      await compute.release(spec);
      expect(await settle(spec)).toEqual({ state: 'healthy' });
      await compute.promote(spec);
    };

    test('a release is pending, then healthy, then serves', async () => {
      const spec = await under.spec(1, 'serves');
      await compute.release(spec);
      expect(await compute.progress(spec.deployment_id, AbortSignal.abort())).toEqual({ state: 'pending' });
      expect(await settle(spec)).toEqual({ state: 'healthy' });
      await compute.promote(spec);
      expect(await under.serving(spec)).toBe(spec.deployment_id);
      expect(await compute.progress(spec.deployment_id)).toEqual({ state: 'healthy' });
      expect(await under.running()).toBe(1);
    });

    test('release and promote, done again, change nothing', async () => {
      const spec = await under.spec(1, 'serves');
      await compute.release(spec);
      await compute.release(spec);
      await settle(spec);
      await compute.release(spec);
      await compute.promote(spec);
      await compute.promote(spec);
      await compute.release(spec);
      expect(await under.serving(spec)).toBe(spec.deployment_id);
      expect(await under.running()).toBe(1);
    });

    test('the next release takes over, and the one before ends', async () => {
      const [first, second] = [await under.spec(1, 'serves'), await under.spec(2, 'serves')];
      await deploy(first);
      await deploy(second);
      expect(await under.serving(first)).toBe(second.deployment_id);
      expect(await under.running()).toBe(1);
    });

    test('an app that ends says so with its exit code', async () => {
      const spec = await under.spec(1, 'exits');
      await compute.release(spec);
      expect(await settle(spec)).toEqual({
        state: 'failed',
        reason: 'app_exited',
        detail: 'It ended with exit code 3.',
      });
      await compute.stop(spec.deployment_id);
      expect(await under.serving(spec)).toBe(null);
      expect(await under.running()).toBe(0);
    });

    test('an app that never answers fails its health check', async () => {
      const spec = await under.spec(1, 'silent');
      await compute.release(spec);
      const progress = await settle(spec);
      expect(progress).toMatchObject({ state: 'failed', reason: 'healthcheck_failed' });
      expect(progress.state === 'failed' && progress.detail).toContain('within 1 s');
      await compute.stop(spec.deployment_id);
      expect(await under.running()).toBe(0);
    });

    test.each<ContractApp>(['exits', 'silent', 'serves'])(
      'after a release that %s and is stopped, the one before serves on',
      async (app) => {
        const [first, second] = [await under.spec(1, 'serves'), await under.spec(2, app)];
        await deploy(first);
        await compute.release(second);
        await settle(second);
        await compute.stop(second.deployment_id);
        await compute.stop(second.deployment_id);
        expect(await under.serving(first)).toBe(first.deployment_id);
        expect(await compute.progress(first.deployment_id)).toEqual({ state: 'healthy' });
        expect(await under.running()).toBe(1);
        const third = await under.spec(3, 'serves');
        await deploy(third);
        expect(await under.serving(first)).toBe(third.deployment_id);
      },
    );

    test('a service whose first release failed takes another', async () => {
      const [first, second] = [await under.spec(1, 'exits'), await under.spec(2, 'serves')];
      await compute.release(first);
      await settle(first);
      await compute.stop(first.deployment_id);
      await deploy(second);
      expect(await under.serving(second)).toBe(second.deployment_id);
    });

    test('stop does nothing for what serves, and for what there is not', async () => {
      const spec = await under.spec(1, 'serves');
      await compute.stop(spec.deployment_id);
      await deploy(spec);
      await compute.stop(spec.deployment_id);
      expect(await under.serving(spec)).toBe(spec.deployment_id);
      expect(await under.running()).toBe(1);
    });

    test('what was never released, or is stopped, is interrupted', async () => {
      const spec = await under.spec(1, 'serves');
      const interrupted = { state: 'failed', reason: 'interrupted', detail: 'It is not running.' };
      expect(await compute.progress(spec.deployment_id)).toEqual(interrupted);
      await expect(compute.promote(spec)).rejects.toMatchObject({ reason: 'interrupted' });
      await compute.release(spec);
      await compute.stop(spec.deployment_id);
      expect(await compute.progress(spec.deployment_id)).toEqual(interrupted);
    });

    test('a removed project leaves nothing, and others stay', async () => {
      const own = [await under.spec(1, 'serves'), await under.spec(2, 'serves')];
      const other = await under.spec(3, 'serves', 'other');
      await deploy(other);
      for (const spec of own.slice(0, 1)) await deploy(spec);
      for (const spec of own.slice(1)) await compute.release(spec);
      const { tenant_id, project_id } = own[0]?.service ?? other.service;
      await compute.removeProject(other.service.tenant_id, project_id);
      expect(await under.serving(other)).toBe(other.deployment_id);
      await compute.removeProject(tenant_id, project_id);
      await compute.removeProject(tenant_id, project_id);
      for (const spec of own) expect(await under.serving(spec)).toBe(null);
      expect(await under.serving(other)).toBe(other.deployment_id);
      expect(await under.running()).toBe(1);
    });

    test('one-off commands run one after the other, to the first that fails', async () => {
      const spec = await under.spec(1, 'serves');
      await compute.runOneOff(spec, []);
      await compute.runOneOff(spec, [shell('true'), { kind: 'exec', argv: ['true', "it's"] }]);
      await expect(compute.runOneOff(spec, [shell('exit 7'), shell('sleep 60')])).rejects.toMatchObject({
        reason: 'pre_deploy_failed',
        message: expect.stringContaining('exit 7: exit code 7.'),
      });
      expect(await under.running()).toBe(0);
    });

    test('a stopped one-off command ends, with the reason of its signal', async () => {
      const spec = await under.spec(1, 'serves');
      const stopped = new Error('stopped');
      const stopping = new AbortController();
      const run = compute.runOneOff(spec, [shell('sleep 60')], stopping.signal);
      setTimeout(() => stopping.abort(stopped), 100);
      await expect(run).rejects.toBe(stopped);
      expect(await under.running()).toBe(0);
      await expect(compute.runOneOff(spec, [shell('true')], stopping.signal)).rejects.toBe(stopped);
    });
  });
}

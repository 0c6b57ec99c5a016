import type { ApiClient } from './client.ts';

/** What the demo needs of a deployment. */
export interface DeploymentState {
  readonly id: string;
  readonly status: string;
  readonly url: string | null;
  readonly failure: { readonly reason: string; readonly message: string } | null;
}

interface LogPage {
  readonly data: readonly { readonly step: string; readonly message: string }[];
  readonly next_cursor: string;
}

const WAIT_S = 1;
const UNDER_WAY = ['queued', 'building', 'deploying'];

/** Follows a deployment's log by long polls until it has ended. @param print - gets each line as it comes */
export async function followDeployment(
  api: ApiClient,
  id: string,
  print: (line: string) => void,
): Promise<DeploymentState> {
  let cursor = '';
  for (;;) {
    const state = await api.get<DeploymentState>(`/api/v1/deployments/${id}`);
    const ended = !UNDER_WAY.includes(state.status);
    const wait = ended ? 0 : WAIT_S;
    const page = await api.get<LogPage>(
      `/api/v1/deployments/${id}/logs?wait=${wait}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    for (const line of page.data) print(`${line.step.padEnd(13)} ${line.message}`);
    cursor = page.next_cursor;
    if (ended) return state;
  }
}

import { PER_USE } from './prices.ts';

/** One line of what a use costs: how much of what, and the price of each. */
export interface UseLine {
  readonly what: string;
  readonly quantity: number;
  readonly unit: keyof typeof PER_USE;
}

/** A thousand signed-in reads of a project. The quantities are assumptions, stated in docs/costs.md. */
export const THOUSAND_REQUESTS: readonly UseLine[] = [
  { what: 'HTTP API requests', quantity: 1000, unit: 'httpApiRequest' },
  { what: 'Lambda requests', quantity: 1000, unit: 'lambdaRequest' },
  { what: 'Lambda, 0.5 GB for 30 ms each', quantity: 15, unit: 'lambdaArmGbSecond' },
  { what: 'DynamoDB reads, 4 each', quantity: 4000, unit: 'dynamoReadUnit' },
  { what: 'Log lines, 2 kB each', quantity: 0.002, unit: 'logGb' },
];

/** One deployment of a small app that succeeds: three minutes of build, one minute of rollout. */
export const ONE_DEPLOYMENT: readonly UseLine[] = [
  { what: 'Build, minutes', quantity: 3, unit: 'buildArmSmallMinute' },
  { what: 'State transitions, 10 and 12 retries', quantity: 22, unit: 'stateTransition' },
  { what: 'Lambda requests', quantity: 30, unit: 'lambdaRequest' },
  { what: 'Lambda, GB-seconds', quantity: 67, unit: 'lambdaArmGbSecond' },
  { what: 'DynamoDB writes', quantity: 200, unit: 'dynamoWriteUnit' },
  { what: 'DynamoDB reads', quantity: 150, unit: 'dynamoReadUnit' },
  { what: 'Events', quantity: 4, unit: 'customEvent' },
  { what: 'S3 writes', quantity: 2, unit: 's3Put' },
  { what: 'S3 reads', quantity: 2, unit: 's3Get' },
  { what: 'Log, GB', quantity: 0.001, unit: 'logGb' },
];

/** The sum as rows of a Markdown table, the total last. */
export function toTable(lines: readonly UseLine[]): string[] {
  const total = lines.reduce((sum, line) => sum + priceOf(line), 0);
  const rows = lines.map((line) => `| ${line.what} | ${line.quantity} | $${dollars(priceOf(line))} |`);
  return [...rows, `| **together** | | **$${dollars(total)}** |`];
}

function priceOf({ quantity, unit }: UseLine): number {
  return quantity * PER_USE[unit];
}

function dollars(amount: number): string {
  return amount.toFixed(6);
}

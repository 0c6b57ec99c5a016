import { required } from './environment.ts';

/** The domain that a host label stands for in this installation. */
export function domainOf(host: string): string {
  return `${host}.${required('APP_DOMAIN')}`;
}

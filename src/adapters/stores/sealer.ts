/** Encrypts what must not lie in a table in clear. */
export interface Sealer {
  /** @param tenant_id - whose key is used
   *  @param context - bound to the text: it opens only with the same one */
  seal(tenant_id: string, context: string, text: string): string;
  /** @throws Error when the text was changed or belongs to another tenant or context */
  open(tenant_id: string, context: string, sealed: string): string;
}

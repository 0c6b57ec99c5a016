/** A file of the repository is wrong. Stays inside this module: planBuild turns it into a result. */
export class InvalidConfigError extends Error {
  /** @param file - path in the repository
   *  @param problem - what is wrong with it, for people */
  constructor(file: string, problem: string) {
    super(`${file}: ${problem}`);
    this.name = 'InvalidConfig';
  }
}

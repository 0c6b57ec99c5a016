/** How much one run may do: what is left waits for the next. */
export interface Budget {
  /** Takes a step, a few writes or a removal. @returns false when there is none left */
  take(): boolean;
}

/** @param steps - how many there are
 *  @param signal - ends them before their time */
export function createBudget(steps: number, signal?: AbortSignal): Budget {
  let left = steps;
  return {
    take() {
      if (left === 0 || signal?.aborted === true) return false;
      left -= 1;
      return true;
    },
  };
}

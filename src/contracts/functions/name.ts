/** A function's name as people see it: `await-rollout` for the state `AwaitRollout`. */
export function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** Beginning of the names of this process's temporary directories: `sweep.ts` finds by it those of a run that was killed. */
export const temporaryPrefix = `berth-test-${process.pid}-`

/** The process that made a temporary directory of this name, or undefined for any other name. */
export function makerOf(name: string): number | undefined {
  const pid = /^berth-test-(\d+)-/.exec(name)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

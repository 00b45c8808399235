import type { CareDeps, Fault } from './model.ts'

/** The two ways to reach an env by name. */
export async function checkNames({ waysIn, resolverSetup, resolver, wish }: CareDeps): Promise<Fault[]> {
  const faults: Fault[] = []
  const silent = (subject: string, lost: string): Fault => ({
    kind: 'port-taken',
    subject,
    problem: `no port was free for it, so ${lost}`,
    remedy: `free a port or set [${subject}] listen in config.toml, then berth daemon stop`,
    severity: 'error',
  })
  if (waysIn.dns === null) faults.push(silent('dns', 'no names are answered'))
  if (waysIn.proxy === null) faults.push(silent('proxy', '*.localhost does not work'))
  const record = await resolverSetup.current()
  if (record !== null && record.wish.home === wish.home && !(await resolver.works())) {
    faults.push({
      kind: 'resolver-unreachable',
      subject: record.method,
      problem: `this machine's resolver is set up, but a look-up below ${wish.suffix} does not reach Berth`,
      remedy: 'berth setup',
      severity: 'error',
    })
  }
  return faults
}

import type { CareDeps, Fault } from './model.ts'

/** Machines whose names go over SSH, or some of them, where another way was asked for: what is in the way. */
export async function checkTunnels({ links, tunnels }: CareDeps): Promise<Fault[]> {
  return links.list().flatMap(({ machine, link }): Fault[] => {
    const { problem } = tunnels.reach(machine)
    if (link.state !== 'connected' || problem === null) return []
    const { message, hint } = problem
    return [{ kind: 'tunnel-down', subject: machine.name, problem: message, remedy: hint, severity: 'warning' }]
  })
}

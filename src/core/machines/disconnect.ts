import { lastLine } from '../../lib/last-line.ts'
import { AppError } from '../errors.ts'
import type { MachineDeps } from './deps.ts'
import { notConnected } from './find-machine.ts'
import type { Links } from './links.ts'
import type { MachineRecord } from './model.ts'
import type { Tunnels } from './tunnels/keep-tunnels.ts'

/** Lets go of a machine; with `purge` Berth goes from there too, which it may only when no env is left. */
export async function disconnectMachine(
  deps: MachineDeps & { links: Links; tunnels: Pick<Tunnels, 'drop'> },
  { context, name, purge }: { context: string; name: string; purge: boolean },
): Promise<{ machine: MachineRecord; purged: boolean }> {
  const machines = (await deps.store.machines()).filter((one) => one.context === context)
  const machine = machines.find((one) => one.name === name)
  if (machine === undefined)
    throw notConnected(
      name,
      machines.map((one) => one.name),
    )
  if (purge) await removeThere(deps.links, machine)
  await deps.tunnels.drop(machine)
  await deps.store.removeMachine(context, name)
  await deps.links.drop(context, name)
  return { machine, purged: purge }
}

/** Stops berthd there and removes its state and programs. Throws MACHINE_IN_USE while envs are left. */
async function removeThere(links: Links, { context, name, home }: MachineRecord): Promise<void> {
  const { connection } = await links.open(context, name)
  const { stdout, exitCode, stderr } = await connection.host.run(['/bin/sh', '-c', purgeScript, 'berth', home])
  if (exitCode === 0) return
  if (exitCode === 3)
    throw new AppError('MACHINE_IN_USE', `${name} still has envs or apps: ${stdout.trim().split(/\s+/).join(', ')}`, {
      hint: `berth destroy and berth app rm each of them first, with --on ${name}`,
    })
  throw new AppError('INTERNAL', `Berth could not be removed from ${name}: ${lastLine(stderr)}`)
}

/** Only what Berth made: a home somebody keeps other things in stays, without Berth's parts. */
const purgeScript = `
home=$1
envs=$("$home/bin/berth" ls --quiet --on local 2>/dev/null; "$home/bin/berth" app ls --quiet --on local 2>/dev/null)
[ -z "$envs" ] || { printf '%s\\n' "$envs"; exit 3; }
"$home/bin/berth" daemon stop >/dev/null 2>&1
i=0
while [ -S "$home/berthd.sock" ] && [ $i -lt 100 ]; do i=$((i+1)); sleep 0.1; done
cd "$home" || exit 0
rm -rf bin ci stages versions runtimes parts bases workspaces envs kept backups tmux children machines uploads apps incoming outgoing ingress mirrors sync tunnels
rm -f state.db state.db-wal state.db-shm berthd.log berthd.lock berthd.sock ran.json sealing.key id pool
cd / && rmdir "$home" 2>/dev/null
exit 0`

import { AppError } from '../errors.ts'
import type { Links } from '../machines/links.ts'
import { missingThere } from '../machines/look.ts'
import type { MachineFacts, MachineRecord } from '../machines/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { Clock, Host } from '../ports.ts'

type Connected = { machine: MachineRecord; facts: MachineFacts }

interface Reach {
  context: string
  name: string
  connect: (acceptHostKey: string | undefined) => Promise<Connected>
}

/** How long a new machine may take until it answers over SSH, ms, and how long between two tries. */
const longestBoot = 10 * 60_000
const pause = 3000
/** How long its first boot may take to install what Berth needs, ms. */
const longestFirstBoot = 20 * 60_000

/** Until it is up it answers not at all, and then not to the key that is just being put there. */
const notYet = new Set(['MACHINE_UNREACHABLE', 'SSH_AUTH_FAILED'])

/** Connects to a machine that is just starting, and waits until its first boot has installed what Berth needs. */
export async function reachMachine(
  deps: { clock: Clock; links: Links },
  { context, name, connect }: Reach,
  scope: OperationScope,
): Promise<Connected> {
  const connected = await connectWhenUp(deps.clock, connect, scope)
  if (missingThere(connected.facts).every(({ needed }) => !needed)) return connected
  const { connection } = await deps.links.open(context, name)
  await firstBootEnded(connection.host, scope)
  // looked at again: now it is all there
  return connect(undefined)
}

async function connectWhenUp(clock: Clock, connect: Reach['connect'], scope: OperationScope): Promise<Connected> {
  const deadline = clock.now().getTime() + longestBoot
  for (let accepted: string | undefined; ; ) {
    try {
      return await connect(accepted)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const shown = error.details['fingerprint']
      if (error.code === 'HOST_KEY_UNKNOWN' && typeof shown === 'string' && accepted !== shown) {
        // made a minute ago: nobody can have seen its key before
        scope.emit({ type: 'output', line: `its SSH host key is ${shown}, known from now on` })
        accepted = shown
        continue
      }
      if (!notYet.has(error.code) || clock.now().getTime() > deadline) throw error
    }
    await clock.wait(pause, scope.signal)
  }
}

/** A machine without cloud-init has no first boot to wait for. What failed in it shows in the look that follows. */
async function firstBootEnded(host: Host, { signal, emit }: OperationScope): Promise<void> {
  emit({ type: 'output', line: 'its first boot installs what Berth needs' })
  const wait = 'command -v cloud-init >/dev/null || exit 0; cloud-init status --wait'
  const { exitCode } = await host.run(['/bin/sh', '-c', wait], { signal, timeoutMs: longestFirstBoot })
  if (exitCode !== 0)
    emit({ type: 'warning', message: 'its first boot did not end well: see cloud-init status --long there' })
}

import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { Links } from './links.ts'
import { missingThere } from './look.ts'
import type { MachineFacts } from './model.ts'
import { look } from './raise.ts'

/** How long installing may take, ms. */
const longestInstall = 20 * 60_000

interface BootstrapDeps {
  links: Links
  /** Text of the script that prepares a Debian machine. */
  prepareScript(): Promise<string>
}

interface MachineRef {
  context: string
  name: string
  agent?: string | undefined
}

/** Installs what is missing there. Throws NEEDS_ROOT, TOOL_MISSING where it is missing still. */
export async function bootstrapMachine(
  deps: BootstrapDeps,
  ref: MachineRef,
  scope: OperationScope,
): Promise<MachineFacts> {
  const { connection } = await deps.links.open(ref.context, ref.name, ref.agent)
  const { facts } = await look(connection)
  if (missingThere(facts).length === 0) return facts
  if (facts.root === 'no')
    throw new AppError('NEEDS_ROOT', `installing on ${ref.name} needs root, and ${facts.user} there is not`, {
      hint: `connect as root, or give ${facts.user} sudo without a password; or install there by hand: ${missingThere(
        facts,
      )
        .map(({ program }) => program)
        .join(', ')}`,
    })
  const { exitCode, stderr } = await connection.host.run(
    [...(facts.root === 'sudo' ? ['sudo', '-n'] : []), '/bin/sh', '-s', '--'],
    {
      input: await deps.prepareScript(),
      timeoutMs: longestInstall,
      signal: scope.signal,
      onLine: (line) => scope.emit({ type: 'output', line }),
    },
  )
  const after = (await look(connection)).facts
  const missing = missingThere(after).filter(({ needed }) => needed)
  if (exitCode === 0 && missing.length === 0) return after
  const what = missing.map(({ program }) => program).join(', ')
  throw new AppError('TOOL_MISSING', `${ref.name} could not be prepared${what && `: ${what} is missing still`}`, {
    hint: missing[0]?.remedy ?? 'the lines above are what the script said',
    details: { output: stderr.trim().split('\n').slice(-10) },
  })
}

import { lastLine } from '../../lib/last-line.ts'
import { AppError } from '../errors.ts'
import type { Host, MachineConnection, Package, Packages } from '../ports.ts'
import type { MachineFacts } from './model.ts'

/** What putting Berth on a machine takes. */
export interface InstallDeps {
  packages: Packages
  /** Tells this Berth's half-sent files from another one's. */
  homeId: string
}

/** How often a file is sent on after the connection broke or its sum was wrong. */
const attempts = 3

/** Whether this build of Berth lies there already. */
export const isInstalled = ({ versions }: Pick<MachineFacts, 'versions'>, version: string) => versions.includes(version)

/**
 * Puts this Berth's programs, and the Node that runs them, below Berth's home there; needs neither root nor a Node there.
 * What lies there already is not sent again, what was half sent is sent on. Returns the path of its `berth`.
 */
export async function installBerth(
  deps: InstallDeps,
  connection: MachineConnection,
  facts: MachineFacts,
  signal: AbortSignal,
): Promise<string> {
  const [program, runtime] = await Promise.all([
    deps.packages.program(),
    deps.packages.runtime(facts.platform, facts.arch),
  ])
  const { host } = connection
  const part = (id: string) => `${facts.home}/parts/${deps.homeId}-${id}`
  if (!facts.runtimes.includes(runtime.id)) {
    await send(connection, runtime, part(runtime.id), signal)
    await script(host, placeRuntime, [part(runtime.id), `${facts.home}/runtimes/${runtime.id}`])
  }
  if (!isInstalled(facts, program.id)) {
    await send(connection, program, part(program.id), signal)
    await script(host, placeProgram, [part(program.id), `${facts.home}/versions/${program.id}`])
  }
  await script(host, linkRuntime, [facts.home, program.id, runtime.id])
  return `${facts.home}/versions/${program.id}/bin/berth`
}

/** Has `bin/berth` there mean this version, for the next look and for people. */
export async function useVersion(host: Host, home: string, version: string): Promise<void> {
  await script(host, useProgram, [home, version])
}

const placeRuntime = `
mkdir -p "\${2%/*}"; dir=$(mktemp -d "$2.part.XXXXXX")
gzip -dc "$1" >"$dir/node" && chmod 755 "$dir/node" && rm -f "$1"
mv -T "$dir" "$2" 2>/dev/null || if [ -e "$2" ]; then rm -rf "$dir"; else mv "$dir" "$2"; fi
[ -x "$2/node" ]`

const placeProgram = `
mkdir -p "\${2%/*}"; dir=$(mktemp -d "$2.part.XXXXXX")
gzip -dc "$1" | tar -xf - -C "$dir" && rm -f "$1"
mv -T "$dir" "$2" 2>/dev/null || if [ -e "$2" ]; then rm -rf "$dir"; else mv "$dir" "$2"; fi
[ -x "$2/bin/berth" ]`

const linkRuntime = `
rm -rf "$1/versions/$2/runtime"
ln -sfn "../../runtimes/$3" "$1/versions/$2/runtime"
"$1/versions/$2/runtime/node" --version`

const useProgram = `
mkdir -p "$1/bin"; cd "$1/bin"
printf '#!/bin/sh\\nexec "%s" "$@"\\n' "$1/versions/$2/bin/berth" >berth.new
chmod 755 berth.new; mv -f berth.new berth`

/** Sends a file on from where it broke off, until it is whole there. */
async function send({ host, append }: MachineConnection, packed: Package, there: string, signal: AbortSignal) {
  await script(host, 'mkdir -p "${1%/*}"; chmod 700 "${1%/*}"', [there])
  let failure: unknown
  for (let attempt = 0; attempt < attempts; attempt++) {
    signal.throwIfAborted()
    const offset = Number(await script(host, '[ ! -f "$1" ] || wc -c <"$1"', [there]))
    try {
      if (offset < packed.bytes) await append(packed.file, offset, there, signal)
      const sum = await script(host, '{ sha256sum "$1" || shasum -a 256 "$1"; } 2>/dev/null | cut -d" " -f1', [there])
      if (sum === packed.sha256) return
      failure = new AppError('INTERNAL', `${there} did not arrive as it was sent`)
      await script(host, 'rm -f "$1"', [there])
    } catch (error) {
      if (error instanceof AppError && error.code === 'DISK_FULL') throw error
      failure = error
    }
  }
  throw failure
}

/** Runs shell text of ours there with these arguments; returns what it printed. Throws DISK_FULL, INTERNAL. */
async function script(host: Host, text: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(['/bin/sh', '-c', `set -e\n${text}`, 'berth', ...args])
  if (exitCode === 0) return stdout.trim()
  if (/No space left|Disk quota exceeded/.test(stderr)) {
    throw new AppError('DISK_FULL', 'no space is left on that machine', { hint: 'free some space there' })
  }
  const library = /error while loading shared libraries: (\S+?):/.exec(stderr)?.[1]
  if (library !== undefined)
    throw new AppError('TOOL_MISSING', `${library} is missing there, which the runtime needs`, {
      hint: `berth machine bootstrap installs it`,
      details: { library },
    })
  throw new AppError('INTERNAL', `a step of the set-up there failed: ${lastLine(stderr) || exitCode}`, {
    details: { output: stderr.trim().split('\n').slice(-10) },
  })
}

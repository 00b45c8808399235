import { AppError } from '../errors.ts'
import type { MachineFacts, Requirement } from './model.ts'
import { runnablePlatforms } from './platforms.ts'

/**
 * Looks at a machine with nothing but a POSIX shell and prints `name=value` lines. Where Berth lies there already, its
 * daemon is started too: one round trip for all of it.
 */
export const lookScript = `
say() { printf '%s=%s\\n' "$1" "$(printf %s "$2" | tr '\\n' ' ')"; }
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin:/opt/homebrew/bin
home=\${BERTH_HOME:-$HOME/.berth}
say platform "$(uname -s)"
say arch "$(uname -m)"
say hostname "$(uname -n)"
say user "$(id -un)"
say home "$home"
say system "$(. /etc/os-release 2>/dev/null && printf %s "$PRETTY_NAME")"
mkdir -p "$home" 2>/dev/null
say id "$(cat "$home/id" 2>/dev/null)"
say free "$(df -Pk "$home" 2>/dev/null | awk 'NR==2 {print $4}')"
if [ "$(id -u)" = 0 ]; then say root yes; elif sudo -n true 2>/dev/null; then say root sudo; else say root no; fi
say docker "$(docker version --format '{{.Server.Version}}' 2>/dev/null)"
say docker_client "$(command -v docker)"
say compose "$(docker compose version --short 2>/dev/null)"
say tmux "$(tmux -V 2>/dev/null)"
say git "$(git --version 2>/dev/null)"
say rsync "$(rsync --version 2>/dev/null | head -n 1)"
say libatomic "$({ ldconfig -p; ls /lib/*/libatomic.so.1 /usr/lib/*/libatomic.so.1 /usr/lib64/libatomic.so.1; } 2>/dev/null | grep -m1 -o 'libatomic\\.so\\.1')"
say now "$(date +%s)"
say emulators "$(ls /proc/sys/fs/binfmt_misc 2>/dev/null)"
say versions "$(ls "$home/versions" 2>/dev/null | grep -v part)"
say runtimes "$(ls "$home/runtimes" 2>/dev/null | grep -v part)"
[ ! -x "$home/bin/berth" ] || say daemon "$("$home/bin/berth" daemon start --json 2>&1)"
`

/** What the look printed, read. Throws NOT_SUPPORTED for a machine Berth has no programs for. */
export function readLook(output: string): { facts: MachineFacts; daemon: string; id: string } {
  const found = new Map(
    output.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at <= 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()] as const]
    }),
  )
  const value = (name: string) => found.get(name) ?? ''
  const words = (name: string) => value(name).split(/\s+/).filter(Boolean)
  const platform = platforms[value('platform')]
  const arch = architectures[value('arch')]
  if (platform === undefined || arch === undefined)
    throw new AppError(
      'NOT_SUPPORTED',
      `Berth does not run on ${value('platform') || 'that system'} ${value('arch')}`,
      {
        hint: 'it runs on Linux and macOS, on x86-64 and ARM64',
      },
    )
  const facts: MachineFacts = {
    platform,
    arch,
    system: value('system') || value('platform'),
    hostname: value('hostname'),
    user: value('user'),
    home: value('home'),
    diskFreeBytes: Number(value('free')) * 1024 || 0,
    root: value('root') === 'yes' ? 'yes' : value('root') === 'sudo' ? 'sudo' : 'no',
    requirements: requirementsOf(value, platform),
    time: Number(value('now')) * 1000 || null,
    platforms: runnablePlatforms(arch, words('emulators')),
    versions: words('versions'),
    runtimes: words('runtimes'),
  }
  return { facts, daemon: value('daemon'), id: value('id') }
}

const platforms: Record<string, string> = { Linux: 'linux', Darwin: 'darwin' }
const architectures: Record<string, string> = { x86_64: 'x64', amd64: 'x64', aarch64: 'arm64', arm64: 'arm64' }

function requirementsOf(value: (name: string) => string, platform: string): Requirement[] {
  const number = (text: string) => /\d+(\.\d+)+\w*/.exec(text)?.[0] ?? (text === '' ? null : text)
  const one = (program: string, said: string, needed: boolean, remedy: string): Requirement => {
    const version = number(said)
    return { program, version, needed, remedy: version === null ? remedy : '' }
  }
  const engine = value('docker_client') === '' ? 'install Docker' : 'start Docker, or let the user reach it'
  const compose = one('compose', value('compose'), true, 'install Docker Compose 2.24 or newer')
  const old = compose.version !== null && !isAtLeast(compose.version, [2, 24])
  return [
    one('docker', value('docker'), true, engine),
    old ? { ...compose, remedy: `Compose ${compose.version} is too old: 2.24 or newer is needed` } : compose,
    one('git', value('git'), true, 'install git'),
    one('tmux', value('tmux'), true, 'install tmux'),
    one('rsync', value('rsync'), true, 'install rsync'),
    ...(platform === 'linux'
      ? [one('libatomic', value('libatomic').split(' ')[0] ?? '', false, 'install libatomic1')]
      : []),
  ]
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return first > major || (first === major && second >= minor)
}

/** What is missing or too old, for a warning. */
export function missingThere({ requirements }: Pick<MachineFacts, 'requirements'>): Requirement[] {
  return requirements.filter(({ remedy }) => remedy !== '')
}

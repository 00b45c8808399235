const names: Readonly<Record<string, string>> = { x64: 'amd64' }

/** A processor as images name it (`linux/amd64`), from what Node calls it. */
export const imagePlatform = (arch: string): string => `linux/${names[arch] ?? arch}`

/** What the kernel's table of interpreters (binfmt_misc) calls an emulator, and what that runs. */
const emulators: Readonly<Record<string, string>> = {
  'qemu-x86_64': 'linux/amd64',
  'qemu-aarch64': 'linux/arm64',
  'qemu-arm': 'linux/arm',
  'qemu-riscv64': 'linux/riscv64',
  'qemu-ppc64le': 'linux/ppc64le',
  'qemu-s390x': 'linux/s390x',
}

/** Where Linux lists its interpreters. */
export const interpreters = '/proc/sys/fs/binfmt_misc'

/** Platforms whose images run on a machine: its own, and those it has an emulator for. */
export function runnablePlatforms(arch: string, registered: readonly string[]): string[] {
  return [...new Set([imagePlatform(arch), ...registered.flatMap((name) => emulators[name] ?? [])])]
}

/** Whether an image of a platform (`linux/arm64/v8`) runs where these do. */
export function runsOn(platform: string, runnable: readonly string[]): boolean {
  return runnable.some((one) => platform === one || platform.startsWith(`${one}/`))
}

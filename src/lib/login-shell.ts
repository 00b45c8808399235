import { userInfo } from 'node:os'

/** The user's shell: as the environment says, else as the system's list of users does (a service and a CI have no SHELL), else `/bin/sh`. */
export function loginShell(env: NodeJS.ProcessEnv): string {
  return env['SHELL'] || listedShell() || '/bin/sh'
}

function listedShell(): string | null {
  try {
    return userInfo().shell
  } catch {
    // a user that no list knows: a container started with a number
    return null
  }
}

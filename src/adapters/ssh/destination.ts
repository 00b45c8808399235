import { AppError } from '../../core/errors.ts'

/** Where ssh connects to: a host name, an address or an alias of the user's ssh config. */
export interface Destination {
  /** `[user@]host`, as ssh takes it. */
  target: string
  port: number | undefined
}

/** Reads `[user@]host[:port]` or `[user@][v6::address]:port`. Throws NAME_INVALID for what ssh could take for something else. */
export function parseDestination(text: string): Destination {
  const match = /^(?:([^@\s]+)@)?(?:\[([0-9a-fA-F:.%\w]+)\]|([^@:\s[\]]+))(?::(\d{1,5}))?$/.exec(text)
  const [, user, bracketed, plain, port] = match ?? []
  const host = bracketed ?? plain
  // ssh would read `-oProxyCommand=…` as an option, and its config expands what a shell would obey
  const odd = /^-|[\s'"`$\\;&<>|(){}*?!\p{Cc}]/u
  if (host === undefined || odd.test(host) || odd.test(user ?? '') || Number(port ?? 1) > 65_535 || port === '0')
    throw new AppError('NAME_INVALID', `${JSON.stringify(text)} is no SSH destination`, {
      hint: 'give it as host, user@host, user@host:port or a name from your ssh config',
    })
  return { target: user === undefined ? host : `${user}@${host}`, port: port === undefined ? undefined : Number(port) }
}

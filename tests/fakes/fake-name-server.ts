import { isIP } from 'node:net'
import { AppError } from '../../src/core/errors.ts'
import type { Zone } from '../../src/core/names/zone.ts'
import type { ListenAddress, NameServer } from '../../src/core/ports/names.ts'
import type { NameServerWorld } from '../contracts/name-server.ts'

/** A machine of name servers that open no socket. */
export function createFakeNameServers(): NameServerWorld {
  const listening = new Map<string, () => Zone>()
  let lastPort = 50_000
  return {
    serve(zone): NameServer {
      let current = zone
      const own: string[] = []
      return {
        async listen({ address, port: wanted }) {
          if (isIP(address) === 0 || /^[0:.]+$/.test(address))
            throw new AppError('USAGE', `the name server must listen on one address, not on ${address}`)
          const at = { address, port: wanted === 0 ? ++lastPort : wanted }
          if (listening.has(place(at))) throw new AppError('PORT_IN_USE', `another program holds ${place(at)}`)
          listening.set(place(at), () => current)
          own.push(place(at))
          return at
        },
        update: (next) => void (current = next),
        close: async () => own.splice(0).forEach((at) => listening.delete(at)),
      }
    },
    async ask(at, name) {
      const answer = listening.get(place(at))?.().lookup(name, 'A')
      if (answer === undefined) return 'ECONNREFUSED'
      if (answer.kind !== 'records') return codes[answer.kind]
      return answer.records.flatMap((record) => (record.type === 'A' ? [record.data] : []))
    },
  }
}

const codes = { 'no-data': 'ENODATA', 'no-name': 'ENOTFOUND', refused: 'EREFUSED' } as const
const place = ({ address, port }: ListenAddress) => `${address}:${port}`

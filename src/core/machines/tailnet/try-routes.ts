import { isIPv4 } from 'node:net'
import { overlap } from '../../envs/overlap.ts'
import type { Tailnet } from '../../ports/tailnet.ts'

/** A service of another machine, as that machine says. */
export interface Answering {
  addresses: readonly string[]
  ports: readonly number[]
}

/** Who can say whether packets get there. */
export interface Witness {
  address: string
  port: number
}

/** How many are asked at once, and how long each may take, ms: the first packet may go by a relay. */
const mostAsked = { some: 3, all: 200 }
const patience = 2000

/** A port nobody listens on is as good: who is there says so. */
const anyPort = 1

/**
 * Who to ask whether packets to these networks get there and back: what runs in them. What the machine says of it is not
 * trusted: other addresses are not asked.
 */
export function witnessesOf(
  services: readonly Answering[],
  networks: readonly string[],
  howMany: keyof typeof mostAsked,
): Witness[] {
  const within = (address: string) => isIPv4(address) && networks.some((network) => overlap(`${address}/32`, network))
  return services
    .flatMap(({ addresses, ports }) =>
      addresses.filter(within).map((address) => ({ address, port: ports.find(isPort) ?? anyPort })),
    )
    .slice(0, mostAsked[howMany])
}

/** Those of them who answer. */
export async function whoAnswers(tailnet: Pick<Tailnet, 'answers'>, witnesses: readonly Witness[]): Promise<Witness[]> {
  const answers = await Promise.all(witnesses.map(({ address, port }) => tailnet.answers(address, port, patience)))
  return witnesses.filter((_, at) => answers[at])
}

const isPort = (port: number) => Number.isInteger(port) && port > 0 && port <= 65_535

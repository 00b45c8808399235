/** A machine that berth rented: what is needed to find it at its provider, to stop it, and to give it back. */
export interface CloudMachine {
  /** As a machine; unique on this one. */
  name: string
  /** The context it is connected in; absent in records of older versions: `default`. */
  context?: string
  provider: 'hetzner'
  /** By which its provider knows it from every other server, also before its id is known. */
  mark: string
  /** The provider's; null until it has answered. */
  serverId: string | null
  type: string
  /** null: the provider's choice. */
  region: string | null
  image: string
  address: string | null
  /** Seconds without work after which it is stopped; null: never. */
  stopIdleSeconds: number | null
  /** When berthd stopped it for idling; null while it runs. ISO 8601, UTC. */
  stoppedAt: string | null
  createdAt: string
}

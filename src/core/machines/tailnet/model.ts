/** What a machine is asked for, to have its envs reached through the tailnet. */
export interface RoutesRequest {
  /** Who asks: the same words each time. */
  peer: string
  /** Also looks whether its firewall still lets it through. */
  afresh: boolean
}

/** What the machine answers. */
export interface RoutesOffer {
  /** Its node in the tailnet: `nodekey:…`. */
  node: string
  /** Networks it advertises, which hold its envs'. */
  routes: string[]
  /** Whether its firewall is sure to let them through; without root there that is not for Berth to say. */
  isOpen: boolean
}

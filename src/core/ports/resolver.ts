/** What this machine's own resolver says: whether names below the suffix are asked of Berth. */
export interface ResolverCheck {
  /** True when `berth setup` has taken effect; never throws, answers within half a second. */
  works(): Promise<boolean>
}

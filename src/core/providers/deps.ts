import type { KeyedLock } from '../../lib/keyed-lock.ts'
import type { ConnectDeps } from '../machines/connect.ts'
import type { MachineDeps } from '../machines/deps.ts'
import type { Links } from '../machines/links.ts'
import type { Tunnels } from '../machines/tunnels/keep-tunnels.ts'
import type { Provider } from '../ports/provider.ts'
import type { Ids, Store } from '../ports.ts'

/** What the use cases of rented machines may ask for. */
export interface ProviderDeps extends Omit<MachineDeps, 'store'> {
  store: MachineDeps['store'] & Pick<Store, 'cloud' | 'journal'>
  links: Links
  settlePool: ConnectDeps['settlePool']
  tunnels: Pick<Tunnels, 'check' | 'settle' | 'drop'>
  ids: Ids
  locks: KeyedLock
  /** The provider, asked with this token, else with the one that is kept. Throws PROVIDER_TOKEN_MISSING. */
  provider: (token: string | undefined) => Promise<Provider>
  /** Whether a token is kept, for what is done while nobody is there. */
  keepsProviderToken: () => Promise<boolean>
  /** The script that installs what Berth needs, as root. */
  prepareScript: () => Promise<string>
}

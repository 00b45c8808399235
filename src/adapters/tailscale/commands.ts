/** All Tailscale knows of this machine and the others, as JSON. */
export const readStatus = () => ['tailscale', 'status', '--json']

/** The user's settings, as JSON. */
export const readSettings = () => ['tailscale', 'debug', 'prefs']

/** Those that make an exit node: `tailscale set` keeps them by itself, and takes them in no list. */
export const exitRoutes = ['0.0.0.0/0', '::/0']

/** The whole list of routes: there is no way to add one. */
export const setRoutes = (routes: readonly string[]) => [
  'tailscale',
  'set',
  `--advertise-routes=${routes.filter((one) => !exitRoutes.includes(one)).join(',')}`,
]

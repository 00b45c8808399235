import type { IngressSetting, ListenSetting, Settings } from './model.ts'

/** Settings in effect by the keys of config.toml. */
export function settingsAsWritten(settings: Settings): Record<string, unknown> {
  const { network, dns, proxy, api, engine, quota, shared, ingress, hetzner, webhook } = settings
  return {
    'network.pool': network.pool,
    'network.suffix': network.suffix,
    'network.machines': network.machines,
    'network.tunnels': network.tunnels,
    'network.tunnel_port': network.tunnelPort,
    'dns.listen': listenText(dns),
    'proxy.listen': listenText(proxy),
    'api.listen': api === null ? null : listenText(api),
    'engine.host': engine.host,
    'quota.envs': quota.envs,
    'quota.cpus': quota.cpus,
    'quota.memory': quota.memoryBytes,
    'quota.disk': quota.diskBytes,
    'shared.grace_seconds': shared.graceSeconds,
    'ingress.proxy': ingress.proxy,
    'ingress.image': ingress.image,
    'ingress.listen': listenText(ingress),
    'ingress.drain': ingress.drainSeconds,
    ...tlsAsWritten(ingress.tls),
    'webhook.listen': webhook === null ? null : listenText(webhook.listen),
    'webhook.allow': webhook?.allow ?? [],
    'hetzner.endpoint': hetzner.endpoint,
  }
}

const listenText = ({ address, port }: ListenSetting) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const tlsAsWritten = (tls: IngressSetting['tls']) => ({
  'ingress.tls_listen': tls && listenText(tls),
  'ingress.hsts': tls && tls.hstsSeconds,
  'ingress.acme.email': tls && tls.acme.email,
  'ingress.acme.directory': tls && tls.acme.directory,
  'ingress.acme.staging': tls && tls.acme.staging,
  'ingress.acme.ca_file': tls && tls.acme.caFile,
  'ingress.acme.challenge': tls && tls.acme.challenge,
  'ingress.acme.dns_hook': tls && tls.acme.dnsHook,
})

/** Major version in the output of `systemd-resolve --version` or `resolvectl --version` (`systemd 252 (252.39-1)`). */
export function systemdVersion(output: string): number | null {
  const version = /^systemd (\d+)/m.exec(output)?.[1]
  return version === undefined ? null : Number(version)
}

/** True when the [main] section of NetworkManager's configuration, all files one after the other, says dns=dnsmasq. */
export function usesDnsmasq(configuration: string): boolean {
  return valuesOf(configuration, '[main]', 'dns').at(-1) === 'dnsmasq'
}

/** True when resolved.conf and its drop-ins, one after the other, name servers or want TLS. */
export function hasOwnServers(configuration: string): boolean {
  const servers = valuesOf(configuration, '[Resolve]', 'DNS')
  const named = servers.slice(servers.lastIndexOf('') + 1) // an empty value takes back those before it
  const tls = valuesOf(configuration, '[Resolve]', 'DNSOverTLS').at(-1) ?? 'no'
  return named.length > 0 || /^(yes|true|on|1)$/i.test(tls)
}

/** True when getaddrinfo asks systemd-resolved before it reads resolv.conf. */
export function switchNamesResolved(nsswitch: string): boolean {
  const sources =
    /^hosts:(.*)$/m
      .exec(nsswitch)?.[1]
      ?.replace(/\[[^\]]*\]/g, '')
      .trim()
      .split(/\s+/) ?? []
  const [resolve, dns] = [sources.indexOf('resolve'), sources.indexOf('dns')]
  return resolve !== -1 && (dns === -1 || resolve < dns)
}

/** The values of one key of an INI file, in their order. */
function valuesOf(configuration: string, section: string, key: string): string[] {
  let inside = false
  const values: string[] = []
  for (const line of configuration.split('\n').map((each) => each.trim())) {
    if (line.startsWith('[')) inside = line === section
    const [name = '', ...value] = line.split('=')
    if (inside && name.trim() === key && line.includes('=')) values.push(value.join('=').trim())
  }
  return values
}

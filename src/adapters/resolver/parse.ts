/** Major version in the output of `systemd-resolve --version` or `resolvectl --version` (`systemd 252 (252.39-1)`). */
export function systemdVersion(output: string): number | null {
  const version = /^systemd (\d+)/m.exec(output)?.[1]
  return version === undefined ? null : Number(version)
}

/** True when the [main] section of NetworkManager's configuration, all files one after the other, says dns=dnsmasq. */
export function usesDnsmasq(configuration: string): boolean {
  let section = ''
  let dns = ''
  for (const line of configuration.split('\n').map((each) => each.trim())) {
    if (line.startsWith('[')) section = line
    if (section === '[main]' && /^dns\s*=/.test(line)) dns = line.replace(/^dns\s*=\s*/, '')
  }
  return dns === 'dnsmasq'
}

/** True when programs ask systemd-resolved: its stub stands in resolv.conf, or the name service switch names it first. */
export function asksResolved(nameServers: readonly string[], nsswitch: string): boolean {
  const hosts =
    /^hosts:(.*)$/m
      .exec(nsswitch)?.[1]
      ?.replace(/\[[^\]]*\]/g, '')
      .trim()
      .split(/\s+/) ?? []
  const [resolve, dns] = [hosts.indexOf('resolve'), hosts.indexOf('dns')]
  return (
    nameServers.some((address) => /^127\.0\.0\.5[34]$/.test(address)) ||
    (resolve !== -1 && (dns === -1 || resolve < dns))
  )
}

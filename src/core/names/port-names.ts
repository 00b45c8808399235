/** Names of well-known TCP ports (IANA), by which SRV records are asked for. */
const portNames: Record<number, string> = {
  21: 'ftp',
  22: 'ssh',
  25: 'smtp',
  80: 'http',
  143: 'imap',
  389: 'ldap',
  443: 'https',
  1433: 'ms-sql-s',
  1883: 'mqtt',
  3306: 'mysql',
  4222: 'nats',
  5432: 'postgresql',
  5672: 'amqp',
  6379: 'redis',
  9092: 'kafka',
  9200: 'elasticsearch',
  11211: 'memcache',
  27017: 'mongodb',
}

/**
 * The port a SRV name such as `_5432`, `_postgresql` or `_http` means, given without its underscore; undefined when the
 * service has none. `http` is port 80, else the first port, unless that one speaks another well-known protocol.
 */
export function portNamed(label: string, ports: readonly number[]): number | undefined {
  const exact = ports.find((port) => String(port) === label || portNames[port] === label)
  if (exact !== undefined || label !== 'http') return exact
  const [first] = ports
  return first !== undefined && portNames[first] === undefined ? first : undefined
}

/** Ports by which a protocol is known; every other one is taken for HTTP. */
const schemes: Record<number, string> = {
  443: 'https',
  1433: 'sqlserver',
  3306: 'mysql',
  4222: 'nats',
  5432: 'postgresql',
  5672: 'amqp',
  6379: 'redis',
  8443: 'https',
  9092: 'kafka',
  11211: 'memcached',
  27017: 'mongodb',
}
const defaultPorts: Record<string, number> = { http: 80, https: 443 }

/** URL of a service by its port: `http://web.feat-a.test`, `postgresql://db.feat-a.test:5432`. */
export function serviceUrl(host: string, port: number): string {
  const scheme = schemes[port] ?? 'http'
  return defaultPorts[scheme] === port ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

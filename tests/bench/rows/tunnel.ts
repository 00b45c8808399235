import { tmpdir } from 'node:os'
import { eventually } from '../../support/eventually.ts'
import { images } from '../../support/images.ts'
import { type Lab, raiseLab } from '../../support/lab.ts'
import { projectOn } from '../../support/lab-project.ts'
import { median, pairs } from '../measure.ts'
import type { Result, Row } from '../model.ts'

const megabytes = 100

const compose = `services:
  web:
    image: ${images.busybox}
    command: ["sh", "-c", "mkdir -p /www; head -c ${megabytes}m /dev/zero >/www/blob; exec httpd -f -p 8000 -h /www"]
    expose: ["8000"]
    init: true
`

/** The tunnel Berth keeps to a container there, against one made by hand that leads to the same program on the host itself. */
export const tunnelRow: Row = {
  name: 'tunnel',
  about: `${megabytes} MB over HTTP out of a container of another machine, through Berth's WireGuard tunnel; by hand: wireguard-go to a server on the machine itself`,
  async measure(bench): Promise<Result[]> {
    const lab = await raiseLab({ hosts: 1 })
    bench.defer(() => lab.close())
    const [ours, theirs] = [await berthsTunnel(lab), await plainTunnel(lab)]
    const speed = async (url: string) => {
      const { stdout } = await lab.laptop(['curl', '-sf', '-o', '/dev/null', '-w', '%{speed_download}', url])
      if (!(Number(stdout) > 0)) throw new Error(`${url} cannot be fetched`)
      return Number(stdout) / 1e6
    }
    const runs = bench.quick ? 3 : bench.runs
    const [through, plain] = await pairs(runs, { run: () => speed(ours) }, { run: () => speed(theirs) })
    const shown = (taken: number[]) => `${Math.round(median(taken))} MB/s`
    return [
      {
        title: 'throughput',
        detail: `${shown(through)}; plain wireguard-go ${shown(plain)}`,
        value: median(through) / median(plain),
        unit: '×',
        limit: 0.9,
        bound: 'least',
      },
    ]
  },
}

/** Where the container's file is through the tunnel. */
async function berthsTunnel(lab: Lab): Promise<string> {
  const berth = await lab.openBerth()
  const run = (...words: string[]) => berth.ok(words, { cwd: tmpdir() })
  await run('connect', 'h1', '--tunnel', 'wireguard')
  const directory = await projectOn(lab, 'h1', { text: compose })
  await run('create', 'a', '--from', directory, '--on', 'h1')
  await run('up', 'a', '--on', 'h1')
  return eventually(async () => {
    const asked = ['names', '--on', 'h1']
    const { names } = await berth.data<{ names: { addresses: string[] }[] }>(asked, { cwd: tmpdir() })
    const address = names[0]?.addresses[0] ?? ''
    // until the tunnel has been seen to carry packets the name leads over SSH, from an address of this machine
    if (address === '' || address.startsWith('127.')) throw new Error(`no name leads through the tunnel: ${address}`)
    const url = `http://${address}:8000/blob`
    const { exitCode } = await lab.laptop(['curl', '-sf', '--max-time', '5', '-o', '/dev/null', url])
    if (exitCode !== 0) throw new Error(`${url} does not answer`)
    return url
  })
}

/** Both ends as WireGuard's own page has them. */
async function plainTunnel(lab: Lab): Promise<string> {
  const there = (text: string) => lab.on('h1', ['sh', '-ec', text])
  const here = async (text: string) => (await lab.laptop(['sh', '-ec', text])).stdout.trim()
  const start = (address: string, port: number) => `
    umask 077; d=$(mktemp -d); wg genkey >$d/key; wireguard-go plain >/dev/null 2>&1
    wg set plain private-key $d/key listen-port ${port}; rm -r $d
    ip address add ${address}/24 dev plain; ip link set plain mtu 1420 up; wg show plain public-key`
  const [own, other] = [await here(start('10.99.0.1', 51_901)), await there(start('10.99.0.2', 51_902))]
  await here(`wg set plain peer ${other} endpoint 10.77.0.11:51902 allowed-ips 10.99.0.2/32`)
  await there(`wg set plain peer ${own} allowed-ips 10.99.0.1/32
    mkdir -p /root/www; head -c ${megabytes}m /dev/zero >/root/www/blob; busybox httpd -p 8001 -h /root/www`)
  return 'http://10.99.0.2:8001/blob'
}

import { callApi } from './api.ts'
import type { TestBerth } from './berth.ts'
import type { Lab } from './lab.ts'

const lookUpProgram = `
  const { Resolver } = require('node:dns').promises
  const resolver = new Resolver()
  resolver.setServers([process.argv[1]])
  resolver.resolve4(process.argv[2]).then((found) => console.log(found.join(' ')), () => console.log(''))`

/** What a service's name leads to on the laptop, by Berth's own DNS server; empty where it leads nowhere. */
export async function lookUpOnLaptop(lab: Lab, berth: TestBerth, service: string): Promise<string> {
  const { dns } = (await callApi(berth, 'daemon.status', {})).body as { dns: string }
  const { stdout } = await lab.laptop(['node', '-e', lookUpProgram, dns, `${service}.feat.big-box.test`])
  return stdout.trim()
}

/** The page an address answers the laptop with; empty where it does not within three seconds. */
export async function getOnLaptop(lab: Lab, address: string): Promise<string> {
  return (await lab.laptop(['curl', '--silent', '--max-time', '3', `http://${address}:8000/`])).stdout
}

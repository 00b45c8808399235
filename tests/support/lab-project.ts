import { images } from './images.ts'
import type { Lab, LabHost } from './lab.ts'

const compose = `services:
  web:
    image: ${images.busybox}
    command: ["sh", "-c", "echo started; mkdir -p /www; echo hello of \\"$$HOSTNAME\\" >/www/index.html; exec httpd -f -p 80 -h /www"]
    environment: { TOKEN: "\${TOKEN:-}" }
    expose: ["80"]
    init: true
`

/** Puts a project on a host's disk: a git repository with one service, its image in the host's engine. Returns its directory there. */
export async function projectOn(lab: Lab, host: LabHost, { name = 'shop', text = compose } = {}): Promise<string> {
  const directory = `/root/${name}`
  await lab.loadImages(host, [images.busybox])
  await lab.on(host, ['mkdir', '-p', directory])
  await lab.on(host, ['sh', '-c', 'cat > "$1"', 'sh', `${directory}/compose.yaml`], { input: text })
  const git = (...words: string[]) => lab.on(host, ['git', '-C', directory, ...words])
  await git('init', '-q', '-b', 'main')
  await git('add', '.')
  await git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'first')
  return directory
}

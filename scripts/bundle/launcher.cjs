// Runs the bundle beside it with V8's code cache that the build made: parsing it anew takes 10 ms for berth, 60 for berthd.
// A V8 that did not make the cache ignores it.
// `bin/berth` takes the system's Node where the one Berth brings is not there.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `error: Berth needs Node 24 or newer, and found ${process.version}\nhint: npm install --include=optional brings one of its own\n`,
  )
  process.exit(1)
}
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')

const filename = `${__dirname}/NAME.bundle.js`
const options = { filename, cachedData: readFileSync(`${filename}.cache`) }
new Script(readFileSync(filename, 'latin1'), options).runInThisContext()(require, __dirname)

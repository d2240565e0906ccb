/** Entry of the web host: arguments, server, link; nothing else. */
import { runWebHost } from './web/run-web-host.ts'

await runWebHost(process.argv.slice(2))

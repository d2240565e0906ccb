import { z } from 'zod'

// zod probes `new Function`, which the content security policy forbids. A module of its own, because
// the modules that make schemas run before the first line of the one that imports them.
z.config({ jitless: true })

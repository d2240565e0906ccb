import './zod-setup.ts'
import './ui/tokens.css'
import './ui/base.css'
import { startBridge } from './bridge.ts'
import { mount } from './mount.tsx'

startBridge()
mount()

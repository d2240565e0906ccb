  $ qemu-img create -q -f qcow2 disk.qcow2 1M
  $ cp disk.qcow2 other.qcow2

What is done leaves an entry in the history, unless it is told not to.

  $ platter history
  Nothing in the history.
  $ platter check disk.qcow2 > /dev/null
  $ platter sha disk.qcow2 other.qcow2 missing.qcow2 > /dev/null 2>&1
  [1]
  $ platter compact disk.qcow2 > /dev/null
  $ platter check --no-history other.qcow2 > /dev/null
  $ platter compact --no-history other.qcow2 > /dev/null
  $ platter discard --no-history other.qcow2 > /dev/null
  $ platter history
  WHEN <...> RESULT
  <date>  compact  <folder>/disk.qcow2   succeeded  <time>  cli  Nothing to give back, so nothing was written
  <date>  sha      <folder>/other.qcow2  succeeded  <time>  cli  SHA-256 of the guest content starts with 30e14955ebf1
  <date>  sha      <folder>/disk.qcow2   succeeded  <time>  cli  SHA-256 of the guest content starts with 30e14955ebf1
  <date>  check    <folder>/disk.qcow2   succeeded  <time>  cli  No problems found
  $ platter history --limit 1
  WHEN <...> RESULT
  <date>  compact  <folder>/disk.qcow2  succeeded  <time>  cli  Nothing to give back, so nothing was written
  $ platter history --output text other.qcow2
  WHEN <...> RESULT
  <date>  sha   <folder>/other.qcow2  succeeded  <time>  cli  SHA-256 of the guest content starts with 30e14955ebf1
  $ platter history --json --limit=1 other.qcow2 | grep '"state"'
          "state": "succeeded",
  $ platter history --output json missing.qcow2 | grep '"reason"'
  [1]

  $ platter jobs
  Nothing runs or waits.
  $ platter jobs --output text
  Nothing runs or waits.
  $ platter jobs --json
  []
  $ platter jobs --output json
  []

The web host prints its link and ends when it is told to.

  $ port=$(node -e "console.log(20000 + (process.pid % 10000))") # below those that the system gives to others meanwhile
  $ mkfifo said
  $ platter web --port $port --no-open . > said & while read -r line; do echo "$line"; case $line in *Ctrl*) kill $!;; esac; done < said | sed "s/:$port/:PORT/; s/token=.*/token=TOKEN/"; wait $!
  Open this link in a browser on this machine; it signs you in:
  
  http://127.0.0.1:PORT/#token=TOKEN
  
  The window may look below <folder>. Press Ctrl+C to stop.
  [143]

What all verbs have.

  $ platter check --quiet disk.qcow2 other.qcow2
  IMAGE        HEALTH   CORRUPTIONS  LEAKS  WASTED  ALLOCATED  NOTES
  disk.qcow2   Healthy            0      0     0 B        0 B
  other.qcow2  Healthy            0      0     0 B        0 B
  $ platter sha --progress disk.qcow2 2>&1 > /dev/null | grep -o '[0-9] %' | tail -n 1 | cut -c 3
  %
  $ platter sha --progress-fd 3 disk.qcow2 3> progress > /dev/null; tail -n 1 progress
  {"progress":100,"filename":"disk.qcow2","phase":"files","done":1,"total":1,"unit":"files"}
  $ platter info --trace disk.qcow2 2>&1 > /dev/null | head -n 1
  platter trace: <...> open <...> <folder>/disk.qcow2
  $ platter info --debug disk.qcow2 2>&1 > /dev/null | head -n 1
  platter debug: <...> platter info {"operands":["disk.qcow2"],<...>}
  $ platter sha --metrics 127.0.0.1:0 disk.qcow2 | cut -c 1-8
  platter: metrics are at http://127.0.0.1:<number>/metrics
  30e14955
  $ platter metrics | grep -v '^#' | head -n 5
  platter_library_images{state="present"} <number>
  platter_library_images{state="missing"} 0
  
  platter_jobs{kind="check",state="succeeded"} 3
  platter_jobs{kind="compact",state="succeeded"} 1

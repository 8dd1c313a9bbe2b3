"""Pages that wait at the same time go through the model together."""

import queue
import threading
import time

from .log import log


class Job:
    """One page's way through the model."""

    def __init__(self, prepared):
        self.prepared = prepared
        self.done = threading.Event()
        self.output = None
        self.error: Exception | None = None
        self.abandoned = False  # set when nobody waits for it any more

    def end(self, output=None, error: Exception | None = None) -> None:
        self.output, self.error, self.prepared = output, error, None
        self.done.set()


class Batcher:
    """Runs infer (a list of inputs -> a list of outputs) in one thread of its own."""

    def __init__(self, infer, max_batch: int, max_wait: float):
        self._infer, self._max_batch, self._max_wait = infer, max_batch, max_wait
        self._waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="batcher", daemon=True).start()

    def submit(self, prepared) -> Job:
        job = Job(prepared)
        self._waiting.put(job)
        return job

    def _run(self) -> None:
        while True:
            jobs = [job for job in self._gather() if not job.abandoned]
            if jobs:
                self._answer(jobs)

    def _gather(self) -> list[Job]:
        """Wait for a page, then for more, but not long."""
        jobs = [self._waiting.get()]
        deadline = time.monotonic() + self._max_wait
        while len(jobs) < self._max_batch:
            try:
                jobs.append(self._waiting.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return jobs

    def _answer(self, jobs: list[Job]) -> None:
        try:
            outputs = self._infer([job.prepared for job in jobs])
            if len(outputs) != len(jobs):
                raise RuntimeError(f"{len(outputs)} outputs for {len(jobs)} pages")
        except Exception as error:
            if len(jobs) > 1:  # one page must not fail the others
                for job in jobs:
                    self._answer([job])
                return
            log("error", "layout model failed", error=repr(error)[:500])
            jobs[0].end(error=error)
            return
        for job, output in zip(jobs, outputs):
            job.end(output)

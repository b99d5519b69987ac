"""Every SELECT behind a page or an answer, and the frozen values it becomes."""

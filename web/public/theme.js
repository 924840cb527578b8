// Before the first paint: a chosen theme must not flash in the other one's colours.
try {
  const theme = localStorage.getItem("dunlin.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // without storage the system's colours stand
}

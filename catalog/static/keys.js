// "/" goes to the search field, as a convenience; every page works without this file.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.getElementById("cari");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";

const STORAGE_KEY = "dunlin.theme";
const THEMES = [
  { name: "system", label: "As the system has it" },
  { name: "light", label: "Light" },
  { name: "dark", label: "Dark" },
] as const;
type Theme = (typeof THEMES)[number]["name"];

/** Light or dark: kept in this browser, and put on before the first paint by theme.js. */
export function AppearanceSettings() {
  const id = useId();
  const theme = useSignal(readTheme());
  const choose = (name: Theme) => {
    theme.value = name;
    wear(name);
  };
  return (
    <fieldset class="part">
      <legend>Colours</legend>
      {THEMES.map(({ name, label }) => (
        <div class="check" key={name}>
          <input
            type="radio"
            name="theme"
            id={`${id}-${name}`}
            checked={theme.value === name}
            onChange={() => choose(name)}
          />
          <label htmlFor={`${id}-${name}`}>{label}</label>
        </div>
      ))}
    </fieldset>
  );
}

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function wear(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // without storage it lasts as long as the page
  }
}

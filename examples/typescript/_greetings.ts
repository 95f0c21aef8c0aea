export type Language = "en" | "de";

const words: Record<Language, string> = { en: "Hello", de: "Hallo" };

export const greet = (language: Language, name: string): string => `${words[language]}, ${name}!`;

// Chooses the time zone that the browser lives by, and its country where the browser's language says none.
"use strict";

const zone = document.querySelector("select[name=time_zone][data-guess]");
const country = document.querySelector("select[name=country][data-guess]");
// Browsers still call some zones by names that they had long ago.
const RENAMED = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};
const called = Intl.DateTimeFormat().resolvedOptions().timeZone;
const here = RENAMED[called] || called;
const option = zone && [...zone.options].find((one) => one.value === here);

if (option) {
  zone.value = here;
  if (country && !country.value && option.dataset.country) country.value = option.dataset.country;
}

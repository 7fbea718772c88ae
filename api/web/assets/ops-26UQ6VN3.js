import{a}from"./ops-PSFAULJT.js";import"./ops-V5AE3HYH.js";export{a as tableText};

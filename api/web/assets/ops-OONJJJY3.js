import{a}from"./ops-NNYGFROA.js";import"./ops-DESHJVDB.js";export{a as tableText};

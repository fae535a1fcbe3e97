"""Invented names of people: surnames at about their natural shares, given names as each generation got them."""

from random import Random

# Share in ten thousand, rounded; the rest of the hundred families are drawn from the tail.
SURNAMES = {
    "王": 710, "李": 700, "张": 670, "刘": 510, "陈": 450, "杨": 320, "赵": 230, "黄": 220, "周": 200, "吴": 200,
    "徐": 160, "孙": 150, "胡": 130, "朱": 125, "高": 120, "林": 110, "何": 110, "郭": 110, "马": 105, "罗": 95,
    "梁": 85, "宋": 80, "郑": 80, "谢": 75, "韩": 70, "唐": 65, "冯": 62, "于": 60, "董": 60, "萧": 8,
    "程": 58, "曹": 57, "袁": 55, "邓": 55, "许": 54, "傅": 20, "沈": 50, "曾": 50, "彭": 48, "吕": 46,
    "苏": 46, "卢": 45, "蒋": 45, "蔡": 44, "贾": 43, "丁": 42, "魏": 42, "薛": 40, "叶": 40, "阎": 18,
    "余": 38, "潘": 38, "杜": 37, "戴": 34, "夏": 33, "钟": 33, "汪": 33, "田": 32, "任": 32, "姜": 31,
    "范": 31, "方": 30, "石": 30, "姚": 30, "谭": 29, "廖": 29, "邹": 28, "熊": 28, "金": 28, "陆": 27,
    "郝": 26, "孔": 20, "白": 26, "崔": 26, "康": 22, "毛": 20, "邱": 20, "秦": 20, "江": 20, "史": 19,
    "顾": 18, "侯": 18, "邵": 17, "孟": 17, "龙": 16, "万": 16, "段": 16, "雷": 15, "钱": 15, "汤": 14,
    "尹": 14, "黎": 14, "易": 13, "常": 13, "武": 13, "乔": 12, "贺": 12, "赖": 12, "龚": 12, "文": 11,
    "欧阳": 8, "上官": 2, "司徒": 2, "诸葛": 1, "尉迟": 1,
}  # fmt: skip

# For each generation: single characters, then first and second characters of two.
MEN = {
    1980: (
        "伟军强勇磊涛斌超杰鹏刚波辉平毅",
        "建志国文永春海玉学金俊明庆宝长德立新",
        "军强华平明国生林民东峰斌辉利伟祥",
    ),
    1993: (
        "鑫浩洋宇帅凯亮晨旭龙飞阳博涛",
        "晓俊志文少明海天云家雪振宏立思",
        "峰辉龙鹏飞阳波宇亮伟杰超磊洋",
    ),
    2010: (
        "浩睿轩泽航辰昊阳诚",
        "子浩宇俊嘉天泽博文思梓奕一沐皓景",
        "轩豪宇博阳涛杰鑫鹏辰睿航然哲希",
    ),
}
WOMEN = {
    1980: (
        "丽敏静燕艳红娟霞玲芳",
        "秀玉桂淑丽春晓红海凤金素爱雪月",
        "英兰珍梅芳霞萍玲敏华燕荣琴云香",
    ),
    1993: (
        "婷静雪丹莉倩颖娜璐晶",
        "晓雅丽婷文海艳佳春雪莉慧小思",
        "燕红娟敏倩丽婷莉霞静娜洁玲云",
    ),
    2010: (
        "萱涵琪悦怡瑶婷欣",
        "雨思欣佳梦雅诗子梓语若依可一沐静",
        "怡涵琪婷萱瑶洁颖慧彤宁妍桐禾悦",
    ),
}
# A few people whose names have a middle dot: lists and searches must carry them.
DOTTED = {
    "f": ("阿依努尔", "古丽巴哈尔", "热依拉", "茹仙古丽"),
    "m": ("艾力", "吐尔逊江", "阿不都拉", "木拉提"),
}
FATHERS = ("艾合买提", "吾买尔", "依明", "托合提", "卡德尔", "买合木提")

_families = list(SURNAMES)
_shares = list(SURNAMES.values())


def person_name(random: Random, *, sex: str, born: int) -> str:
    """A name for somebody of ``sex`` ("f", "m") born in the year ``born``."""
    if random.random() < 0.002:
        return f"{random.choice(DOTTED[sex])}·{random.choice(FATHERS)}"
    family = random.choices(_families, _shares)[0]
    generations = WOMEN if sex == "f" else MEN
    single, first, second = next(names for until, names in generations.items() if born < until)
    if random.random() < (0.3 if born < 1993 else 0.15):
        return family + random.choice(single)
    return family + random.choice(first) + random.choice(second)

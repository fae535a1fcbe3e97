"""Kinds of enterprises and who works in them: the shares that a subdistrict of theatres and old lanes has.

Occupations are those of the register's own catalogue (``members.services.ensure_occupations``).
"""

from dataclasses import dataclass

COURIERS, RIDERS, DRIVERS, HOUSEKEEPING = "快递行业", "网约配送行业", "货运物流行业", "家政服务行业"
SECTORS = {COURIERS: "KD", RIDERS: "PS", DRIVERS: "HY", HOUSEKEEPING: "JZ"}

# Codes of coverage.models.Ownership, short enough to keep the table below readable.
LIMITED, PRIVATE, STATE, NON_ENTERPRISE = "159", "170", "110", "700"


@dataclass(frozen=True)
class Trade:
    """A kind of enterprise: the words of its name, its industry and ownership, how many, how large, who works there."""

    words: str
    industry: str
    ownership: str
    count: int
    workers: tuple[int, int]
    jobs: dict[str, int]
    women: int = 50
    sector: str = ""  # the sector union that covers it; empty: a union of its own or the joint one of its community
    suffix: str = "有限公司"
    ages: tuple[int, int, int] = (20, 36, 58)  # the youngest, the most usual, the oldest


TRADES = (
    Trade("环境卫生服务", "14", STATE, 3, (150, 320),
          {"环卫工人": 78, "保洁员": 8, "绿化工": 4, "水暖工": 4, "行政人员": 6}, 38, ages=(24, 47, 59)),
    Trade("物业管理", "11", LIMITED, 20, (60, 260),
          {"保洁员": 34, "保安员": 30, "水暖工": 14, "绿化工": 6, "前台": 8, "行政人员": 5, "会计": 3}, 46,
          ages=(20, 43, 59)),
    Trade("保安服务", "12", LIMITED, 7, (130, 330), {"保安员": 92, "行政人员": 6, "会计": 2}, 12, ages=(19, 34, 57)),
    Trade("保洁服务", "15", PRIVATE, 6, (70, 190), {"保洁员": 90, "行政人员": 7, "会计": 3}, 66, ages=(26, 46, 59)),
    Trade("速递服务", "07", PRIVATE, 9, (50, 150), {"快递员": 76, "仓库管理员": 15, "行政人员": 6, "会计": 3}, 14,
          COURIERS, ages=(19, 29, 50)),
    Trade("即时配送", "07", PRIVATE, 7, (90, 210), {"网约送餐员": 92, "行政人员": 8}, 9, RIDERS, ages=(19, 28, 48)),
    Trade("货运", "07", PRIVATE, 8, (50, 150), {"货车司机": 80, "仓库管理员": 12, "行政人员": 5, "会计": 3}, 8, DRIVERS,
          ages=(24, 42, 58)),
    Trade("出行服务", "07", PRIVATE, 3, (90, 190), {"网约车司机": 90, "行政人员": 10}, 9, DRIVERS, ages=(24, 38, 57)),
    Trade("家政服务", "15", PRIVATE, 8, (50, 130), {"家政服务员": 86, "行政人员": 9, "会计": 5}, 86, HOUSEKEEPING,
          ages=(25, 44, 57)),
    Trade("餐饮管理", "08", PRIVATE, 22, (18, 130), {"餐厅服务员": 50, "厨师": 32, "收银员": 9, "保洁员": 5, "会计": 4}, 52,
          ages=(18, 30, 56)),
    Trade("酒店管理", "08", LIMITED, 11, (50, 210),
          {"客房服务员": 32, "前台": 16, "餐厅服务员": 16, "厨师": 12, "保安员": 9, "水暖工": 7, "会计": 4,
           "行政人员": 4}, 58, ages=(19, 33, 57)),
    Trade("剧场管理", "18", LIMITED, 7, (50, 190),
          {"工程师": 30, "演员": 28, "收银员": 14, "导游": 8, "保安员": 8, "行政人员": 8, "会计": 4}, 48,
          ages=(20, 33, 58)),
    Trade("文化传播", "18", PRIVATE, 10, (8, 70), {"设计师": 34, "销售人员": 24, "行政人员": 26, "演员": 10, "会计": 6}, 55,
          ages=(21, 31, 54)),
    Trade("商贸", "06", PRIVATE, 17, (10, 110),
          {"营业员": 52, "销售人员": 18, "仓库管理员": 14, "收银员": 8, "会计": 8}, 54, ages=(19, 36, 58)),
    Trade("百货商场", "06", STATE, 4, (120, 290),
          {"营业员": 40, "商场信息员": 24, "收银员": 14, "保安员": 10, "水暖工": 6, "会计": 6}, 64, ages=(19, 36, 58)),
    Trade("医院", "17", NON_ENTERPRISE, 3, (130, 330),
          {"护士": 44, "医生": 22, "护工护理员": 14, "药剂师": 8, "行政人员": 7, "会计": 5}, 74, suffix="", ages=(22, 35, 59)),
    Trade("养老服务", "17", PRIVATE, 6, (40, 130), {"护工护理员": 70, "护士": 12, "厨师": 8, "行政人员": 6, "会计": 4}, 76,
          ages=(22, 45, 58)),
    Trade("幼儿园", "16", NON_ENTERPRISE, 6, (30, 80), {"教师": 74, "厨师": 10, "保安员": 8, "会计": 8}, 88, suffix="",
          ages=(20, 31, 54)),
    Trade("网络科技", "09", PRIVATE, 12, (20, 150), {"软件开发人员": 58, "设计师": 14, "销售人员": 12, "行政人员": 10, "会计": 6},
          42, ages=(22, 30, 50)),
    Trade("房地产经纪", "11", PRIVATE, 5, (25, 90), {"房产中介员": 88, "行政人员": 12}, 38, ages=(19, 29, 48)),
    Trade("建筑装饰", "05", PRIVATE, 8, (30, 150), {"瓦工": 24, "木工": 20, "钢筋工": 16, "水暖工": 18, "设计师": 12, "会计": 10}, 18,
          ages=(20, 41, 59)),
    Trade("汽车服务", "15", PRIVATE, 4, (15, 60), {"维修工": 74, "前台": 14, "会计": 12}, 16, ages=(19, 34, 57)),
    Trade("美容美发", "15", PRIVATE, 6, (8, 45), {"美容美发师": 82, "前台": 18}, 60, ages=(18, 28, 48)),
    Trade("公共交通场站", "07", STATE, 2, (160, 320), {"公交车司机": 82, "维修工": 12, "行政人员": 6}, 16,
          ages=(23, 41, 59)),
)  # fmt: skip

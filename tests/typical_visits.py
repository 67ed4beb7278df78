"""Visits of the model form as deputies make them: with three difficulties, one problem and one suggestion; without any; refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answers:
    """Path → raw answer, and how many entries an open list gets."""

    by_path: Mapping[str, str]
    entries: Mapping[str, int] = field(default_factory=dict)


_BEGINNING = {"/g_visit/visit_date": "2023-07-12", "/g_visit/visit_mode": "onsite"}
_FIRM = {
    "/g_profile/ent_section": "C",
    "/g_profile/ent_division": "d33",
    "/g_profile/control": "private",
    "/g_profile/ent_founded": "2011",
    "/g_profile/staff_now": "85",
    "/g_profile/rev_band": "r2",
    "/g_profile/size_class": "small",
    "/g_profile/ent_flags": "none",
    "/g_oper/op_output": "3",
    "/g_oper/op_orders": "2",
    "/g_oper/op_cost": "4",
    "/g_oper/op_profit": "2",
    "/g_oper/op_state": "even",
    "/g_oper/op_capacity": "70",
    "/g_oper/op_expect": "3",
    "/g_gov/pol_aware": "2",
    "/g_gov/pol_used": "tax",
    "/g_gov/svc_sat": "4",
    "/g_law/law_sat": "4",
    "/g_law/law_issues": "none",
    "/g_leg/leg_topics": "arrears fin",
    "/g_leg/leg_arrears": "5",
    "/g_close/contact_privacy": "none",
}

PLAIN = Answers(
    {
        **_BEGINNING,
        **_FIRM,
        "/g_visit/consent": "anon",
        "/g_diff/diff_types": "none",
    }
)

TYPICAL = Answers(
    {
        **PLAIN.by_path,
        "/g_diff/diff_types": "fin_hard orders arrears",
        "/g_diff/diff_first": "arrears",
        "/g_diff/diff_second": "orders",
        "/g_diff/diff_third": "fin_hard",
        "/g_fin/fin_want": "300",
        "/g_fin/fin_got": "100",
        "/g_fin/fin_rate": "4.5",
        "/g_fin/fin_days": "60",
        "/g_arr/arr_total": "200",
        "/g_arr/arr_debtor": "soe",
        "/g_arr/arr_public": "200",
        "/g_arr/arr_months": "18",
        "/r_problem[1]/p_l1": "p_arr",
        "/r_problem[1]/p_l2": "arr_soe",
        "/r_problem[1]/p_text": "某国企拖欠货款二百万元，已逾期十八个月，希望协调支付。",
        "/r_problem[1]/p_reply": "no",
        "/r_problem[1]/p_urgency": "2",
        "/r_problem[1]/p_publish": "anon",
        "/r_suggest[1]/s_target": "law",
        "/r_suggest[1]/s_text": "写明机关和国企付款的最长期限并公开逾期名单。",
    },
    {"/r_problem": 1, "/r_suggest": 1},
)

REFUSED = Answers(
    {
        **_BEGINNING,
        "/g_visit/consent": "refuse",
        "/g_visit/refuse_reason": "busy",
        "/g_close/visitor_remark": "负责人出差，约期未定。",
    }
)
